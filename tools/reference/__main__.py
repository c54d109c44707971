"""Write the generated pages anew and say which ones changed."""

from tools.reference import write

for path in write():
    print(path)
