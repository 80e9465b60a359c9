"""The printed standard as data: tables of syntaxes, classes and statuses."""
