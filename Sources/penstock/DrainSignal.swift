import Events
import Glibc
import Proxy

/// A signal that drains the workers, and ends the process at once when it comes again.
final class DrainSignal {
  private var watch: SignalWatch?
  private var came = false

  init(_ loop: EventLoop, _ number: Int32, _ workers: Workers) {
    watch = SignalWatch(loop, number) { [unowned self] in
      // At once: not even what is registered for the end, which other threads may be using.
      if came { _exit(128 + number) }
      came = true
      ServiceManager.tell("STOPPING=1")
      workers.drain(patience: .seconds(10))
    }
  }
}
