"""``python -m mutants --fault NAME``: the reference server with one fault, or odd; its options work here too.

With ``--fault-record FILE`` the deliveries that were tampered with are written there, as JSON, at the end and
whenever the process gets SIGUSR1.
"""

import signal
import sys
from pathlib import Path

from hubbub.text.one_line_parser import OneLineParser
from hubbub.text.spelling import word_of
from mutants.catalogue import MUTANTS
from mutants.machinery.fault_record import FaultRecord
from mutants.machinery.mutant import Mutant
from reference_server.config import add_options, config_of, whole_number
from reference_server.server import run

DEFAULT_EVERY = 1000


def main() -> int:
    """Run or list the mutants as the command line says; return the exit code."""
    parser = _parser()
    options = parser.parse_args()
    if options.list:
        print("\n".join(_line(mutant) for mutant in MUTANTS.values()))
        return 0
    if options.fault_record and not options.fault_record.parent.is_dir():
        parser.error(f"--fault-record: there is no folder {options.fault_record.parent}")
    record = FaultRecord(options.fault, options.every, options.fault_record)
    signal.signal(signal.SIGUSR1, lambda *_: record.write())
    mutant = MUTANTS[options.fault]
    code = run(mutant.config(config_of(options)), mutant.build(record), "mutants")
    record.write()
    return code


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="python -m mutants", description="The reference server with one fault.")
    fault = parser.add_argument_group("fault")
    what = fault.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--fault",
        type=word_of(MUTANTS, "--list prints all"),
        metavar="NAME",
        help="the fault to have; see --list",
    )
    what.add_argument("--list", action="store_true", help="list the faults and what they should fail")
    help_every = "tamper with each N-th delivery of a Chat to a member (default: %(default)s)"
    fault.add_argument("--every", metavar="N", type=whole_number, default=DEFAULT_EVERY, help=help_every)
    help_log = "where to write, as JSON, which deliveries were tampered with (default: nowhere)"
    fault.add_argument("--fault-record", metavar="FILE", type=Path, help=help_log)
    add_options(parser)
    return parser


def _line(mutant: Mutant) -> str:
    return f"{mutant.name:<26} {' '.join(mutant.kills) or '-':<8} {mutant.sentence}"


if __name__ == "__main__":
    sys.exit(main())
