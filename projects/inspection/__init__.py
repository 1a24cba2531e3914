"""Looks into files that people send: whether one is what its ending says, and holds nothing that acts by itself.

`running` is for everybody; `pictures`, `office`, `opendocument` and `portable` are the work of child processes with
limits, because a parser can be made to eat memory or never to end. `texts` needs no parser and runs where it is called.
Nothing here knows Django: what is found is a code with facts, and `projects.uploads` says it in words.
"""
