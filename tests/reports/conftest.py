"""What tests of the reports may ask for."""

from tests.staff.conftest import quick_passwords

__all__ = ["quick_passwords"]
