"""One cluster of N services x M real servers, as each program wants it said."""


def vip(number):
    return f"10.1.{number // 250}.{number % 250 + 1}"


def target(number):
    return f"10.2.{number // 250}.{number % 250 + 1}"


class Cluster:
    """`distinct`: every service has a port of its own, so that no check serves two services."""

    def __init__(self, services, reals, check="tcp", interval_s=6, distinct=False):
        self.services, self.reals, self.check, self.interval_s = services, reals, check, interval_s
        self.distinct = distinct

    def port(self, number):
        return 10000 + number if self.distinct else 80

    def keys(self):
        return [(vip(number), self.port(number)) for number in range(self.services)]

    def keepalived(self):
        check = {
            "tcp": "TCP_CHECK { connect_timeout 3 }",
            "http": "HTTP_GET { url { path / status_code 200 } connect_timeout 3 }",
        }[self.check]
        text = ["global_defs { router_id BENCH }"]
        for address, port in self.keys():
            text.append(f"virtual_server {address} {port} {{\n delay_loop {self.interval_s}\n lb_algo rr\n"
                        " lb_kind DR\n protocol TCP")
            text += [f" real_server {target(real)} {port} {{\n weight 1\n {check}\n }}" for real in range(self.reals)]
            text.append("}")
        return "\n".join(text) + "\n"

    def director(self, resync="5s"):
        check = {"tcp": 'type = "tcp"', "http": 'type = "http", path = "/", status = [200]'}[self.check]
        text = [f'router_id = "BENCH"\n[ipvs]\nresync = "{resync}"']
        for address, port in self.keys():
            text.append(f'[[service]]\naddress = "{address}:{port}"\nscheduler = "rr"\nforward = "dr"\n'
                        f'check = {{ {check}, interval = "{self.interval_s}s", timeout = "3s" }}')
            text += [f'[[service.real]]\naddress = "{target(real)}"' for real in range(self.reals)]
        return "\n".join(text) + "\n"

    def ipvsadm(self):
        text = []
        for address, port in self.keys():
            text.append(f"-A -t {address}:{port} -s rr")
            text += [f"-a -t {address}:{port} -r {target(real)}:{port} -g -w 1" for real in range(self.reals)]
        return "\n".join(text) + "\n"
