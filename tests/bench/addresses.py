"""The bench's real servers: 500 addresses of one machine, as `ip -batch` takes them."""
from clusters import target

for number in range(500):
    print(f"addr add {target(number)}/32 dev lo")
