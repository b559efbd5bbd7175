"""The file that describes a conference, in YAML: read, checked, compared with what is stored, and stored.

docs/conference-file.md says what it may say.
"""

from eventops.agenda.conference_file.whole import (
    BadConferenceFile,
    ConferenceFile,
    check_conference,
    left_out,
    read_conference,
)

__all__ = ["BadConferenceFile", "ConferenceFile", "check_conference", "left_out", "read_conference"]
