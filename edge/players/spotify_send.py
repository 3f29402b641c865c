"""One step of a plan -> one request, where manners and the speaker allow it."""

from __future__ import annotations

from edge.players.spotify.speakers import Speaker
from edge.players.spotify.account import Account
from edge.players.spotify.errors import ElsewhereError, RefusedError, RestrictedError, VolumeFixedError
from edge.players.spotify.playback import Seen
from edge.players.spotify.commands import Do, Step, is_song


def manners(step: Step, seen: Seen, wanted: str | None) -> None:
    """Raises where the account is somebody else's now: ElsewhereError, RefusedError. wanted: our speaker's name."""
    if seen.elsewhere and not (step.do is Do.TRANSFER and step.music_in(seen)):
        other = seen.speaker.name if seen.speaker else "another device"
        raise ElsewhereError(f'spotify: the account plays on "{other}", which is left alone', retry_after=1)
    if step.do not in (Do.PLAY, Do.RESUME, Do.TRANSFER) and not seen.ours:
        raise RefusedError(f'spotify: nothing plays on "{wanted}", so there is nothing to change', retry_after=1)


def takes(step: Step, speaker: Speaker) -> bool:
    """False where the step is passed over: a volume that goes with music, on a speaker whose volume is fixed.

    Raises RestrictedError, VolumeFixedError.
    """
    if speaker.restricted:
        raise RestrictedError(
            f'spotify.speaker: "{speaker.name}" takes no commands through Spotify\'s Web API; choose another',
            retry_after=5,
        )
    if step.do is not Do.VOLUME or speaker.volume_settable:
        return True
    if step.part:
        return False
    raise VolumeFixedError(
        f'spotify.speaker: "{speaker.name}" doesn\'t let its volume be set; set it on the speaker itself', retry_after=1
    )


def send(account: Account, step: Step, speaker: Speaker) -> None:
    """Give the command, once. Raises SpotifyError."""
    device, web, uri = speaker.id or "", account.web, step.uri
    if step.do is Do.PLAY and (step.uris or (uri is not None and is_song(uri))):
        songs = list(step.uris) or [str(uri)]
        account.ask(lambda: web.play(device, uris=songs))
    elif step.do is Do.PLAY:
        account.ask(lambda: web.play(device, context=uri, offset=step.offset))
    elif step.do is Do.QUEUE and uri is not None:
        account.ask(lambda: web.queue(device, uri))
    elif step.do is Do.VOLUME and step.volume is not None:
        volume = step.volume
        account.ask(lambda: web.volume(device, volume))
    elif step.do is Do.SHUFFLE:
        account.ask(lambda: web.shuffle(device, on=bool(step.on)))
    elif step.do is Do.REPEAT:
        account.ask(lambda: web.repeat(device, step.repeat or "off"))
    else:
        plain = {
            Do.PAUSE: web.pause,
            Do.RESUME: web.play,
            Do.TRANSFER: web.transfer,
            Do.NEXT: web.next,
            Do.PREVIOUS: web.previous,
        }[step.do]
        account.ask(lambda: plain(device))
