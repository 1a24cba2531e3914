"""Every fault under its title, in the order of the table: first those of the workers, then those of what they stand on."""

from tests.faults import deaths, kinds, surroundings

REGISTERED_BY = (deaths, surroundings)
FAULTS = kinds.FAULTS
