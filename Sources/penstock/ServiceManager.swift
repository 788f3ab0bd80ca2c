import CSystem
import Foundation

/// What systemd is told of the service, when it wants to know (sd_notify(3)).
enum ServiceManager {
  /// Sends a state such as `READY=1` to the socket that `NOTIFY_SOCKET` names.
  static func tell(_ state: String) {
    guard let socket = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], !socket.isEmpty else {
      return
    }
    let bytes = Array(state.utf8)
    let result = csystem_tell(socket, bytes, bytes.count)
    if result < 0 {
      complain("penstock: cannot tell systemd \(state): \(String(cString: strerror(-result)))")
    }
  }
}
