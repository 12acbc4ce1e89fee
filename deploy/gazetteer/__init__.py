"""Makes the generated half of the gazetteer from two packages of open data. Nothing here runs with the services."""
