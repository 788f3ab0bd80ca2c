import Events
import Testing

@Suite struct ByteBufferTests {
  private func text(_ buffer: ByteBuffer) -> String {
    buffer.withReadable { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
  }

  @Test func `bytes come out in the order they went in`() {
    let buffer = ByteBuffer()
    buffer.append("hello world".utf8)
    buffer.consume(6)
    buffer.append("!".utf8)
    #expect(text(buffer) == "world!")
    #expect(buffer.count == 6)
  }

  @Test func `a buffer grows past its block and keeps what it holds`() {
    let buffer = ByteBuffer()
    let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for start in stride(from: 0, to: bytes.count, by: 1000) {
      buffer.append(bytes[start..<start + 1000])
    }
    var copy: [UInt8] = []
    buffer.append(0..<buffer.count, to: &copy)
    #expect(copy == bytes)
  }

  @Test func `a trimmed buffer holds exactly its bytes and still takes more`() {
    let buffer = ByteBuffer()
    buffer.append("xxabc".utf8)
    buffer.consume(2)
    buffer.trim()
    #expect(buffer.capacity == 3)
    buffer.makeRoom()
    #expect(buffer.room > 0)
    buffer.append("def".utf8)
    #expect(text(buffer) == "abcdef")
  }

  @Test func `room is found at the front before the block grows`() {
    let buffer = ByteBuffer()
    buffer.append([UInt8](repeating: 1, count: ByteBuffer.usualSize))
    buffer.consume(ByteBuffer.usualSize - 10)
    buffer.makeRoom()
    #expect(buffer.capacity == ByteBuffer.usualSize)
    #expect(buffer.room == ByteBuffer.usualSize - 10)
    #expect(buffer.count == 10)
  }
}
