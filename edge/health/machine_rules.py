"""Health rules about the machine: heat, power, memory and disk. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from edge.health.findings import Finding, Severity
from edge.health.readings import HealthReadings
from edge.sentences import Sentence, TechnicalText

# Degrees Celsius from which the device looks less often, and how far it must cool down for a finding to end.
WARM_C, HOT_C, VERY_HOT_C, COOLED_BY_C = 75.0, 80.0, 85.0, 3.0
# MiB that this process uses, that are available to programs, and that are free on the disk.
PROCESS_LARGE_MB, AVAILABLE_LOW_MB, DISK_LOW_MB, DISK_FULL_MB = 300.0, 64.0, 100.0, 20.0
# A finding ends only when the value has recovered by this factor.
RECOVERED_ABOVE, RECOVERED_BELOW = 1.25, 0.9
# The bits of `vcgencmd get_throttled`: what is the case now, and what has been the case since the start.
LOW_VOLTAGE, CAPPED, THROTTLED, SOFT_LIMIT, HAD_LOW_VOLTAGE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 16

COOLING_FIX = Sentence("improve the airflow, or fit a heat sink")
POWER_FIX = Sentence("use the power supply made for this board, and a short cable")


def slowdown(temperature: float | None, throttled: int) -> float:
    """The factor by which looks become rarer while the machine is too hot or short of power: 1, 2, 4 or 8.

    temperature: degrees Celsius. throttled: the bits of `vcgencmd get_throttled`; bits 0 to 3 are the present state.
    """
    by_heat = sum(temperature is not None and temperature >= limit for limit in (WARM_C, HOT_C, VERY_HOT_C))
    by_throttling = 2 if throttled & (LOW_VOLTAGE | THROTTLED) else 1 if throttled & (CAPPED | SOFT_LIMIT) else 0
    return float(2 ** max(by_heat, by_throttling))


def check_heat(readings: HealthReadings, previous: Collection[Finding]) -> Iterator[Finding]:
    """A temperature at a limit, or a processor that the system slows down."""
    machine = readings.machine
    for limit, severity in ((HOT_C, Severity.PROBLEM), (WARM_C, Severity.NOTICE)):
        finding = Finding(
            "temperature",
            Sentence(
                "temperature: {degrees} °C or more, so the device looks less often; {fix}",
                degrees=f"{limit:.0f}",
                fix=COOLING_FIX,
            ),
            severity,
        )
        if machine.temperature is not None and machine.temperature >= limit - COOLED_BY_C * (finding in previous):
            yield finding
            return
    slowed = machine.throttled & (CAPPED | THROTTLED | SOFT_LIMIT)
    if slowed and not machine.throttled & LOW_VOLTAGE:
        yield Finding(
            "temperature",
            Sentence("temperature: the system slows the processor down; {fix}", fix=COOLING_FIX),
            Severity.NOTICE,
        )


def check_power(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    """A voltage that is or was too low."""
    if readings.machine.throttled & LOW_VOLTAGE:
        yield Finding(
            "power", Sentence("power: the voltage is too low, so the device looks less often; {fix}", fix=POWER_FIX)
        )
    elif readings.machine.throttled & HAD_LOW_VOLTAGE:
        yield Finding(
            "power",
            Sentence("power: the voltage was too low at some time since the board started; {fix}", fix=POWER_FIX),
            Severity.NOTICE,
        )


def check_memory(readings: HealthReadings, previous: Collection[Finding]) -> Iterator[Finding]:
    """Too little memory left on the machine, or too much used by this process."""
    low = Finding(
        "memory",
        Sentence(
            "memory: less than {size} MiB is left on this machine; stop other programs", size=f"{AVAILABLE_LOW_MB:.0f}"
        ),
    )
    large = Finding(
        "memory",
        Sentence(
            "memory: this program uses {size} MiB or more; restart it, and report this to its maintainers",
            size=f"{PROCESS_LARGE_MB:.0f}",
        ),
        Severity.NOTICE,
    )
    if _below(readings.machine.available_mb, AVAILABLE_LOW_MB, low in previous):
        yield low
    if readings.machine.memory_mb >= PROCESS_LARGE_MB * (RECOVERED_BELOW if large in previous else 1.0):
        yield large


def check_disk(readings: HealthReadings, previous: Collection[Finding]) -> Iterator[Finding]:
    """A state directory that can't be written, or too little space there."""
    machine = readings.machine
    if not machine.writable:
        yield Finding(
            "disk",
            TechnicalText(
                f"disk: {machine.state} can't be written, so settings are lost on a restart; check who owns it, and "
                "whether the card is write-protected",
                Sentence("Settings can't be saved, so a restart forgets them; check the device's memory card."),
            ),
        )
    for limit, severity in ((DISK_FULL_MB, Severity.PROBLEM), (DISK_LOW_MB, Severity.NOTICE)):
        finding = Finding(
            "disk",
            TechnicalText(
                f"disk: less than {limit:.0f} MiB is left at {machine.state}; free some space there",
                Sentence("The device's memory card is almost full: less than {size} MiB is left.", size=f"{limit:.0f}"),
            ),
            severity,
        )
        if _below(machine.disk_free_mb, limit, finding in previous):
            yield finding
            return


def _below(value: float | None, limit: float, is_standing: bool) -> bool:
    return value is not None and value < limit * (RECOVERED_ABOVE if is_standing else 1.0)
