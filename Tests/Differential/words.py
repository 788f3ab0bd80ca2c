"""What requests are made of, and what is put in its place."""

SMUGGLED = b"GET http://t.test/smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n"
METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH"]
ODD_METHODS = [
    b"get", b"BREW", b"M-SEARCH", b"TRACE", b"CONNECT", b"PRI", b"G E T", b"", b"POST\t", b"!#$%",
    b"QUERY", b"A" * 300, b"GET\x00"]
VERSIONS = [
    b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1", b"HTTP/1.1 ", b"HTTP/01.1", b"HTTP/1.",
    b"", b"HTTP /1.1", b"HTTP/1.1\t"]
PATHS = [
    b"/%00", b"/%2e%2e/", b"/../", b"/./", b"//", b"/a;b=c", b"/a,b", b"/%0d%0aX:y", b"/%", b"/%zz",
    b"/:@", b"/~*'()!$&=+", b"?a=b&c=d", b"?a?b", b"?", b"#f", b"/\\", b"/ ", b"/\t", b"/\x80",
    b"/\xc3\xa9", b'/"<>', b"/{}|^`", b"/[1]", b"/" + b"a" * 3000, b"/\x7f", b"/\x00"]
HOSTS = [
    b"", b"T.TEST", b"t.test:80", b"t.test:", b"t.test:0080", b"t.test:65536", b"u@t.test", b"a, b",
    b"other.test", b"t.test/", b"[::1]", b"t.test ", b" t.test", b"\tt.test\t", b"t.test\x00",
    b"127.0.0.1", b"t_t", b"-"]
NAMES = [
    b"Accept", b"User-Agent", b"Cookie", b"Authorization", b"Referer", b"If-Match", b"Range",
    b"X-A", b"x-a", b"X_A", b"X-Forwarded-For", b"Forwarded", b"Via", b"Date", b"Pragma",
    b"!#$%&'*+.^_`|~", b"Content-Type", b"Content-Encoding", b"Cache-Control", b"Idempotency-Key",
    b"X-HTTP-Method-Override", b"Accept-Encoding", b"Early-Data", b"1", b"Origin"]
HOP_NAMES = [
    b"Connection", b"Keep-Alive", b"Proxy-Connection", b"TE", b"Trailer", b"Upgrade",
    b"Proxy-Authorization", b"Expect", b"Max-Forwards", b"X-API-Key", b"x_api_key",
    b"HTTP2-Settings", b"Proxy-Authenticate", b"Penstock-Batch", b"Prefer"]
FRAMING_NAMES = [
    b"Content-Length", b"Transfer-Encoding", b"content-length", b"TRANSFER-ENCODING",
    b"Content_Length", b"Transfer_Encoding", b"Content-Length ", b"Transfer-Encoding\t",
    b"\x0bTransfer-Encoding", b"Content-\r\nLength", b"Transfer-Encoding\x00"]
VALUES = [
    b"", b"v", b"a b", b"a\tb", b" v", b"v ", b"\tv\t", b'"q\\"s"', b"a, b", b",", b"a=b; c=d",
    b"\x80\xff", b"\xa0v\xa0", b"v" * 2000, b"v\x01", b"v\x00", b"v\r", b"v\n", b"v\r\nX-B: c",
    b"v\r\n folded", b"v\x7f", b"v\x0b", b"1.1 other", b"Basic eDp5", b":", b"close"]
HOP_VALUES = [
    b"close", b"keep-alive", b"close, X-A", b"X-A", b"Host", b"content-length",
    b"transfer-encoding", b"x-api-key", b"upgrade", b",", b"", b"trailers", b"websocket", b"h2c",
    b"100-continue", b"0",
    b"5", b"wait=1", b"TE, trailers", b"authorization"]
LENGTHS = [
    b"+%d", b"-%d", b"0%d", b"%d, %d", b"0x%x", b"%d ", b" %d", b"%d.0", b"%d;", b"%d0", b"", b"0",
    b"1", b"00000000000000000000%d", b"18446744073709551616", b"\t%d", b"%dabc", b'"%d"', b"%d\x0b"]
CODINGS = [
    b"Chunked", b"CHUNKED", b" chunked", b"chunked ", b"\x0bchunked", b"chunked,", b",chunked",
    b"identity", b"gzip, chunked", b"chunked, chunked", b"chunked;q=1", b"xchunked", b'"chunked"',
    b"chunked, identity", b"", b"chunk", b"chunked\x00", b"\xa0chunked", b"\tchunked\t"]
SIZES = [
    b"0x%x", b"+%x", b"-%x", b" %x", b"%x ", b"0%x", b"%x;a", b"%x;a=b", b'%x;a="b;c"', b"%x;",
    b"%x\t", b"%x\x00", b"0000000000000000%x", b"%x;\n", b"F%016x", b"%x ;a=b", b"%x;a = b",
    b'%x;a="\r\n"', b"%X", b"%xg", b"%x;a=b\r"]
ENDS = [b"\n", b"\r", b"\r\r\n", b"\n\r", b"", b"\r\n\r\n", b" \r\n", b"\x00\r\n", b"\x0b\r\n"]
TRAILERS = [
    b"X-T: y\r\n", b"Content-Length: 5\r\n", b"Host: evil\r\n", b"X : y\r\n", b"junk\r\n",
    b"X-API-Key: evil\r\n", b"X: y\n", b" X: y\r\n", b": y\r\n"]
CONTROLS = [
    b"\x00", b"\x01", b"\x0b", b"\x0c", b"\r", b"\n", b"\t", b" ", b"\x7f", b"\x80", b"\xff", b":",
    b",", b";", b"\r\n", b"\r\n\r\n", b"\r\n "]
