"""Projects and their results as IATI activities, version 2.03. docs/exchange.md is for those who publish or read them."""

from projects.iati.activities import END, Publisher, document, left_out, public_projects
from projects.iati.schema_check import Fault, faults_of, parsed

__all__ = ["END", "Fault", "Publisher", "document", "faults_of", "left_out", "parsed", "public_projects"]
