"""Exit 0 when the named part of Airflow (metadatabase, scheduler, dag_processor) says it is well, 1 otherwise."""

import json
import os
import sys
import urllib.request

ADDRESS = os.environ.get("TTDN_HEALTH_URL", "http://airflow-api-server:8080/api/v2/monitor/health")


def main(part: str) -> int:
    """Ask the API server, which knows the last sign of life of every part; raises when it does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(ADDRESS, timeout=8) as response:
        return 0 if json.load(response)[part]["status"] == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
