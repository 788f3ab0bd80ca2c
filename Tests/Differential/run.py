"""Mutated requests through the real binary; what it forwards, read by three others.

    python3 Tests/Differential/run.py --count 100000 --seed 1

Prints the figures; ends with 1 when a reading differs, an answer is wrong or the process fails.
"""

import argparse
import asyncio
import collections
import contextlib
import pathlib
import random
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "Wire")]

import judge  # noqa: E402
from explained import CLIENTS_BYTES, explain  # noqa: E402
from judge import Difference  # noqa: E402
from mutants import Flight  # noqa: E402
from peers import H11, Server  # noqa: E402
from recorder import Recorder  # noqa: E402

from proxy import Proxy, policy  # noqa: E402

TOGETHER = 48
SILENCE = 0.5
HANG = 20
MOST_FINDINGS = 20
# Mutants a second, below which a run is given up.
SLOWEST = 50


class Run:
    """One run: the process, its origin, the peers, and what was found."""

    def __init__(self, seed, folder):
        self.seed = seed
        self.folder = folder
        self.recordings = asyncio.Queue()
        self.recorder = Recorder(most=50, closed=self.recordings.put_nowait)
        self.peers = [H11(), Server("nginx", folder), Server("haproxy", folder)]
        self.findings = []
        self.statuses = collections.Counter()
        self.refused = collections.defaultdict(collections.Counter)
        self.samples = {}
        self.counts = collections.Counter()

    async def __aenter__(self):
        await self.recorder.listen()
        for peer in self.peers[1:]:
            await peer.start()
        text = policy(self.recorder.port)
        self.proxy = await asyncio.to_thread(Proxy, text, self.folder)
        return self

    async def __aexit__(self, *_):
        self.proxy.stop()
        for peer in self.peers[1:]:
            peer.stop()
        self.recorder.stop()

    async def fly(self, count, first=0):
        """Sends `count` mutants; all of what is forwarded is read when this returns."""
        numbers = iter(range(first, first + count))
        workers = [asyncio.create_task(self.send(numbers, count)) for _ in range(TOGETHER)]
        readers = [asyncio.create_task(self.read()) for _ in range(4)]
        await asyncio.gather(*workers)
        await self.settle()
        await self.recordings.join()
        for reader in readers:
            reader.cancel()
        left = len(self.recorder.messages)
        self.counts["forwarded, but the client had left"] = left

    async def send(self, numbers, count):
        for number in numbers:
            if self.counts["mutants"] >= count or len(self.findings) >= MOST_FINDINGS:
                return
            flight = Flight(self.seed, number, self.proxy.port)
            self.counts["mutants"] += len(flight.mutants)
            self.counts["connections"] += 1
            try:
                received, was_cut = await self.exchange(flight)
                self.counts["cut short by the client"] += was_cut
                finals = judge.judge_answers(flight, received, was_cut)
                for answer in finals:
                    if answer.number is None:
                        self.statuses[answer.status] += 1
                judged = judge.judge_forwarded(flight, finals, was_cut, self.recorder)
                for message, refusal in judged:
                    self.counts["forwarded"] += 1
                    self.counts["of these, canaries"] += message.target == flight.canary
                    if refusal:
                        self.refuse(CLIENTS_BYTES, message, refusal, flight.raw)
            except (Difference, ConnectionError, ValueError) as fault:
                again = f"again: --seed {self.seed} --first {number} --count 1"
                self.find(f"connection {number}: {fault!r}, {again}", flight.raw)

    def refuse(self, who, message, refusal, raw):
        """Counts what a peer refuses; a finding unless a reason is known."""
        why = explain(who, message, refusal)
        if not why:
            why = f"no reason we know of ({refusal.status})"
            self.find(f"{who} refuses what was forwarded: {refusal.status}", raw)
        self.refused[who][why] += 1
        self.samples.setdefault((who, why), raw)

    def find(self, what, raw):
        self.findings.append(f"{what}\n  bytes: {raw!r:.3000}")

    async def exchange(self, flight):
        """All that comes back on a connection, and whether we had to end it first."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        received = bytearray()
        was_cut = False
        try:
            sending = asyncio.create_task(self.write(writer, flight.pieces))
            wait = SILENCE
            while True:
                try:
                    data = await asyncio.wait_for(reader.read(65536), wait)
                except TimeoutError:
                    if not sending.done():
                        continue
                    if was_cut:
                        raise Difference("the connection hangs") from None
                    was_cut, wait = True, HANG
                    with contextlib.suppress(OSError):
                        writer.write_eof()
                    continue
                if not data:
                    break
                received += data
            await sending
        finally:
            writer.close()
        return bytes(received), was_cut

    async def write(self, writer, pieces):
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                if writer.transport.is_closing():
                    return
                writer.write(piece)
                await asyncio.sleep(0)

    async def settle(self):
        """Waits until the proxy has ended its exchanges, then ends its idle connections."""
        await asyncio.sleep(0.3)
        for transport in list(self.recorder.transports):
            transport.abort()
        await asyncio.sleep(0.1)

    async def read(self):
        """Lets each peer read what the proxy sent on its connections."""
        while True:
            recording = await self.recordings.get()
            try:
                await self.compare(recording)
            except Exception as fault:  # Whatever it is, it must not go unseen.
                self.find(f"cannot be compared: {fault!r}", recording.raw)
            finally:
                self.recordings.task_done()

    async def compare(self, recording):
        if recording.fault:
            self.find(f"what was forwarded is no strict HTTP: {recording.fault}", recording.raw)
            return
        self.counts["read by all"] += len(recording.messages)
        self.counts["partial requests"] += bool(recording.partial)
        for peer in self.peers:
            try:
                readings = await peer.read(recording)
                for message, refusal in judge.judge_reading(peer.name, recording, readings):
                    self.refuse(peer.name, message, refusal, message.raw)
            except (Difference, OSError) as fault:
                self.find(f"{fault!r}", recording.raw)

    def report(self, seconds):
        print(f"seed {self.seed}, {seconds:.0f} s, {self.counts['mutants'] / seconds:.0f} a second")
        for what, count in self.counts.items():
            print(f"  {count:7} {what}")
        for status, count in sorted(self.statuses.items()):
            print(f"  {count:7} answered {status} by the proxy")
        for who, reasons in self.refused.items():
            for why, count in reasons.most_common(12):
                print(f"  {count:7} refused by {who}: {why}, such as")
                print(f"          {self.samples[who, why]!r:.240}")
        for finding in self.findings:
            print(f"DIFFERENCE: {finding}")
        print(f"  {len(self.findings):7} differences")


async def run(count, seed, first=0):
    """A whole run, its figures printed; the findings."""
    with tempfile.TemporaryDirectory(prefix="penstock-differential-") as folder:
        began = time.monotonic()
        async with Run(seed, pathlib.Path(folder)) as flown:
            before = flown.proxy.resident(), flown.proxy.descriptors()
            try:
                async with asyncio.timeout(60 + count / SLOWEST):
                    await flown.fly(count, first)
            except TimeoutError:
                flown.findings.append("the run does not come to its end")
            if not flown.proxy.is_alive():
                flown.findings.append(f"the process ended: {flown.proxy.log[-2000:].decode()}")
            else:
                grown = flown.proxy.resident() - before[0]
                flown.counts["KiB grown"] = grown >> 10
                if grown > 64 << 20:
                    flown.findings.append(f"the process has grown by {grown >> 20} MiB")
        flown.report(time.monotonic() - began)
        return flown.findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", default=str(random.randrange(1 << 32)))
    parser.add_argument("--first", type=int, default=0, help="the first connection's number")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    sys.exit(1 if asyncio.run(run(arguments.count, arguments.seed, arguments.first)) else 0)


if __name__ == "__main__":
    main()
