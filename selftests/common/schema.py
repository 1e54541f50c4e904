# SPDX-License-Identifier: GPL-2.0
"""What --json prints against the schema that comes with the tool."""

import functools
import importlib
import json
import os
import threading

from .ktap import Failed
from .target import TOP

_loading = threading.Thread(target=importlib.import_module, args=("jsonschema",), daemon=True)


def load_meanwhile():
    """It is large."""
    _loading.start()


def _validator_class():
    _loading.join()
    from jsonschema import Draft202012Validator     # pylint: disable=import-outside-toplevel
    return Draft202012Validator


class Schema:
    """@path: from the top of the project."""

    def __init__(self, path):
        self.path = path
        self.validator = functools.cache(self._validator)

    @functools.cached_property
    def file(self):
        with open(os.path.join(TOP, self.path), encoding="utf-8") as file:
            return json.load(file)

    def inlined(self, schema):
        """With what it refers to in place: to look it up again takes most of the time."""
        if isinstance(schema, list):
            return [self.inlined(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self.inlined(self.file["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        return {key: self.inlined(value) for key, value in schema.items() if key != "$defs"}

    def _validator(self, part=None):
        return _validator_class()(self.inlined(self.file["$defs"][part] if part else self.file))

    def check(self):
        """It is a schema."""
        _validator_class().check_schema(self.file)

    def expect_valid(self, told, part=None):
        for error in self.validator(part).iter_errors(told):
            raise Failed(f"{'/'.join(map(str, error.path))}: {error.message[:500]}")
