"""Checks requests and responses against Spotify's OpenAPI file; what the file doesn't name is a violation."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
# Statuses that Spotify sends, but that the file doesn't name: server errors, and unknown devices and addresses.
UNDOCUMENTED_STATUSES = {400, 404, 500, 502, 503, 504}


def contract_file() -> Path | None:
    """Spotify's OpenAPI file; None if there is none."""
    path = Path(os.environ.get("MOODROOM_SPOTIFY_OPENAPI") or ROOT.parent / "shared" / "spotify" / "openapi.yml")
    return path if path.is_file() else None


class Contract:
    """`request` and `answer` return a list of violations, which is empty if there are none."""

    def __init__(self, path: Path) -> None:
        self.spec = _read(path)

    def request(self, method: str, path: str, query: dict[str, str], body: Any) -> list[str]:
        match = self._operation(method, path)
        if match is None:
            return [f"{method} {path}: unknown operation"]
        operation, path_item = match
        violations = [f"{method} {path}: is deprecated, so closed to new apps"] if operation.get("deprecated") else []
        parameters = {}
        for parameter in [*path_item.get("parameters", []), *operation.get("parameters", [])]:
            parameter = self._follow(parameter)
            if parameter["in"] == "query":
                parameters[parameter["name"]] = parameter
        violations += [f"{method} {path}: unknown query parameter {name}" for name in query if name not in parameters]
        for name, parameter in parameters.items():
            if name not in query:
                violations += [f"{method} {path}: {name} is missing"] if parameter.get("required") else []
            else:
                violations += self._check(
                    _typed(query[name], self._follow(parameter["schema"])), parameter["schema"], f"{path}?{name}"
                )
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body is not None:
            if schema is None:
                violations.append(f"{method} {path}: takes no body")
            else:
                violations += self._check(body, schema, f"{method} {path} body")
                violations += [f"{method} {path}: unknown key {key}" for key in body if key not in schema["properties"]]
        return violations

    def answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        match = self._operation(method, path)
        refused_by_gateway = status in (401, 403) and isinstance(body, str)
        if match is None or status in UNDOCUMENTED_STATUSES or refused_by_gateway:
            return []
        responses = match[0]["responses"]
        if str(status) not in responses:
            return [f"{method} {path}: answers {status}, and the file knows {', '.join(responses)}"]
        content = self._follow(responses[str(status)]).get("content", {}).get("application/json")
        if content is None:
            return [] if body is None else [f"{method} {path}: {status} has no body"]
        return self._check(body, content["schema"], f"{method} {path} -> {status}")

    def _operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        for pattern, path_item in self.spec["paths"].items():
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path) and method.lower() in path_item:
                return path_item[method.lower()], path_item
        return None

    def _follow(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _check(self, value: Any, schema: dict[str, Any], where: str) -> list[str]:
        full_schema = {"allOf": [schema], "components": self.spec["components"]}
        errors = jsonschema.Draft202012Validator(full_schema).iter_errors(value)
        return [f"{where}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]


@lru_cache
def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return _convert(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _convert(node: Any) -> Any:
    """Convert OpenAPI 3.0 to JSON Schema. What a description says can be null may be null."""
    if isinstance(node, list):
        return [_convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _convert(value) for key, value in node.items() if key not in ("example", "nullable")}
    if "discriminator" in converted and "oneOf" in converted:
        # These schemas require nothing, so one object can match several.
        converted["anyOf"] = converted.pop("oneOf")
    description = str(node.get("description", ""))
    null = node.get("nullable") is True or "an be `null`" in description
    if null and any(key in converted for key in ("type", "allOf", "oneOf", "anyOf", "$ref")):
        return {"anyOf": [converted, {"type": "null"}], "description": description}
    return converted


def _typed(text: str, schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return text.split(",")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
