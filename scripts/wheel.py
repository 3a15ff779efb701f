"""What the wheel holds beside the package: the dbt project and the template of its warehouse."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface[Any]):
    """Puts both into `fleetledger/project` of a wheel. An editable installation needs neither: it has the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write them to a temporary directory, from which the builder takes them."""
        self._work = tempfile.TemporaryDirectory()
        if version == "editable":
            return
        scripts = str(Path(self.root, "scripts"))
        sys.path.insert(0, scripts)
        # For the process that dbt runs in: where wheels are built, the package is not installed.
        os.environ["PYTHONPATH"] = scripts
        from fleetledger.base import clock
        from fleetledger.warehouse.project import project_key, write_project
        from fleetledger.warehouse.template import ready

        project = Path(self._work.name, "project")
        write_project(project)
        # The checkout's own, which is of the same files: dbt makes it where there is none.
        shutil.copytree(ready(None, clock.now(), lambda *_: None), project / "template" / project_key(project))
        build_data["force_include"][str(project)] = "fleetledger/project"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written."""
        self._work.cleanup()
