"""One session of the suite: reach the server, hand out environments, gather records, leave results.

Under pytest-xdist the controller does what is done once (the server, the result folder, the results), and
each worker is handed the address and what the first connection showed.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from hubbub.launcher import LaunchedServer, LaunchError
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.folder import latest, make_result_folder, unmake_result_folder
from hubbub.results.records import ResultFileError

from ..configuration.options import Options
from ..configuration.profile import Profile
from ..wire.target import TargetError
from ..wire.waits.deadlines import calibrate
from ..wire.waits.patience import Patience
from . import bundled, results
from .environment import Address, Environment
from .judging import CheckContext, Judge
from .probe import ProbeError, ProbeResult, probe
from .results import SessionRecord


class WorkerSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller hands to a parallel worker."""

    address: Address
    probe_result: ProbeResult
    folder: str


class SuiteSession:
    """The suite's part of a pytest session."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.profile = options.profile if options.url else _bundled_profile(options.profile)
        self.environment: Environment | None = None
        self.judge: Judge | None = None
        self.results: SessionRecord | None = None
        self.worker_setup: WorkerSetup | None = None
        self.result: ConformanceResult | None = None
        self._server: LaunchedServer | None = None
        self._made_folder = False
        self._latest: Path | None = None
        """What ``results/latest`` pointed at before the run, where the run changes that."""

    def begin(self) -> None:
        """Make the result folder and reach the server.

        Raises pytest.UsageError where it fails, and ProbeError where the server does not survive it.
        """
        asked = self.options.result
        self._latest = None if asked else latest()
        self._made_folder = not (asked and asked.exists())
        try:
            folder = make_result_folder("conformance", asked)
        except ResultFileError as error:
            raise pytest.UsageError(str(error)) from error
        self.results = SessionRecord(self.options, self.profile, folder)
        began = time.monotonic()
        try:
            address = self._address(folder)
            self.results.url = address.url
            self.join(self._probe(address, str(folder)))
        except (TargetError, LaunchError) as error:
            self.results.error = str(error)
            self._end_before_it_began()
            raise pytest.UsageError(str(error)) from error
        except ProbeError as failed:
            requirement = failed.check.partition("[")[0]
            context = CheckContext(failed.check, requirement, began, failed.wire)
            self.results.checks += Judge(self.options, folder).checks(context, failed.down)
            self._end_before_it_began()
            raise

    def join(self, worker_setup: WorkerSetup) -> None:
        """Prepare for checks with what the probe found out about the server, here or in the controller."""
        self.worker_setup = worker_setup
        probed = worker_setup.probe_result
        asked = self.options.deadline or self.profile.deadline
        self.environment = Environment(
            worker_setup.address.target(),
            calibrate(probed.echo, asked, self.profile.idle, probed.handshake_time),
            self.profile.undeclared(probed.deflate),
            self.profile.clock_tolerance,
            Patience({each.check for each in self.profile.deviation}),
            self.options.redact,
        )
        self.judge = Judge(self.options, Path(worker_setup.folder))
        if self.results is not None:
            self.results.echo, self.results.server = probed.echo, probed.server

    def record(self, checks: Iterable[Check]) -> None:
        """Gather the records of one check."""
        if self.results is not None:
            self.results.checks += checks

    def record_collected(self, check_ids: Iterable[str]) -> None:
        """Remember which checks there are, those that are not selected too."""
        if self.results is not None:
            self.results.collected |= set(check_ids)

    def is_down(self, checks: list[Check]) -> bool:
        """Whether there is no point in going on."""
        return any(check.verdict == Verdict.SERVER_DOWN for check in checks)

    def end(self, interrupted: bool = False, failures: int = 0) -> ConformanceResult | None:
        """Stop what was started, and write what was judged; raises ResultFileError.

        ``failures`` is how many pytest counted, a worker's crash too, which no check records.
        """
        try:
            return self._conclude(interrupted, failures)
        finally:
            if self._server is not None:
                self._server.stop(at_once=interrupted)
                self._server = None

    def discard(self) -> None:
        """Leave nothing of a run in which there was nothing to judge."""
        assert self.results is not None
        folder = self.results.folder
        if self._server is not None:
            self._server.stop()
            self._server.log.unlink(missing_ok=True)
            self._server = None
        if self._made_folder:
            unmake_result_folder(folder, self._latest)
        self.results = None

    def _conclude(self, interrupted: bool, failures: int) -> ConformanceResult | None:
        if self.results is None:
            return None
        self.results.interrupted, self.results.failures = interrupted, failures
        results.mark_fixed_deviations(self.results)
        self.result = results.result_of(self.results)
        results.write_results(self.results, self.result)
        return self.result

    def _probe(self, address: Address, folder: str) -> WorkerSetup:
        """Reach the server; one that lets in nobody without an Origin (SEC-7) with the allowed one."""
        try:
            return WorkerSetup(address=address, probe_result=probe(address.target()), folder=folder)
        except TargetError:
            if self.profile.origin is None or "Origin" in address.headers:
                raise
            address = msgspec.structs.replace(
                address, headers=address.headers | {"Origin": self.profile.origin}
            )
            return WorkerSetup(address=address, probe_result=probe(address.target()), folder=folder)

    def _end_before_it_began(self) -> None:
        """Leave a result that says why: pytest does not finish a session that could not start."""
        with contextlib.suppress(ResultFileError):  # the error that is reported matters more
            self.end()

    def _address(self, folder: Path) -> Address:
        headers = self.profile.headers | dict(self.options.headers)
        ca = str(self.options.ca) if self.options.ca else None
        if self.options.url is not None:
            return Address(url=self.options.url, headers=headers, insecure=self.options.insecure, ca=ca)
        self._server = bundled.start(folder)
        return Address(
            url=self._server.url,
            headers=headers,
            pid=self._server.process.pid,
            log=os.fspath(self._server.log),
        )


def _bundled_profile(asked: Profile) -> Profile:
    """Return the profile of the bundled server, with what was asked for on top of it."""
    default = bundled.PROFILE
    changed = {
        name: getattr(asked, name)
        for name in Profile.__struct_fields__
        if getattr(asked, name) != getattr(Profile(), name)
    }
    return msgspec.structs.replace(default, **changed)
