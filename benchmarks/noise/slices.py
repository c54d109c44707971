def slices(names):
    return []


SLICES = ()
