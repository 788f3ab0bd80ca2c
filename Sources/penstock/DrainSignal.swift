import Events
import Glibc
import Proxy

/// A signal that drains the worker, and ends the process at once when it comes again.
final class DrainSignal {
  private var watch: SignalWatch?
  private var came = false

  init(_ loop: EventLoop, _ number: Int32, _ worker: Worker) {
    watch = SignalWatch(loop, number) { [unowned self] in
      if came { exit(128 + number) }
      came = true
      ServiceManager.tell("STOPPING=1")
      worker.assumeIsolated { $0.drain(patience: .seconds(10)) }
    }
  }
}
