"""The commands that fulfil a wish. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.players.spotify.commands import Operation, SpotifyCommand, is_song
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.spotify.speakers import is_named
from edge.players.wishes import rotated
from edge.values import Act, Continuation, Music, When, Wish

FADE_STEP_S = 0.8
# Volumes of a fade: of the present volume before the music, of the final one after it.
FADE_OUT_SHARES = (0.5, 0.15)
FADE_IN_SHARES = (0.5, 1.0)
# Steps of a volume change without music.
GLIDE_STEPS = 3
COMMAND_GAP_S = 1.0  # Spotify doesn't guarantee the order of commands sent closer together
SONGS_MAX = 300  # Spotify refuses requests with longer lists
FADE_IN_EXPIRES_S = 86400.0  # restoring the volume is right however late it comes

_PLAIN_OPERATIONS = {
    Act.PAUSE: Operation.PAUSE,
    Act.RESUME: Operation.RESUME,
    Act.NEXT: Operation.NEXT,
    Act.PREVIOUS: Operation.PREVIOUS,
}


def single_song(music: Music) -> str | None:
    """The song's address if the music is one song; only those can be queued."""
    songs = music.uris or (music.uri,)
    return songs[0] if len(songs) == 1 and is_song(songs[0]) else None


def is_queueable(wish: Wish) -> bool:
    """True for a song to be queued, which replaces nothing."""
    return (
        wish.act is Act.PLAY
        and wish.when is When.QUEUE
        and wish.music is not None
        and single_song(wish.music) is not None
    )


def waits_for_song_end(wish: Wish, current: SpotifyPlayback, *, observed: bool) -> bool:
    """True if the wish is for the song's end and one is playing on the own speaker whose end is or will be known.

    observed: `current` comes from Spotify; if it is only assumed, the end isn't known yet. A playlist can't be queued,
    so it waits too. Where a speaker tells no position, the next song shows that this one has ended.
    """
    if wish.act is not Act.PLAY or wish.music is None:
        return False
    later = wish.when is When.TRACK_END or (wish.when is When.QUEUE and not is_queueable(wish))
    known = current.end() is not None or not observed or (current.uri is not None and current.duration is not None)
    return later and current.on_own_speaker and current.playing and known


def lead_time(wish: Wish, current: SpotifyPlayback) -> float:
    """Seconds between the first command and the music: for shuffle, repeat and volume."""
    commands = commands_for(wish, current, now=0.0, expires=0.0)
    return next((command.due for command in commands if command.operation is Operation.PLAY), 0.0)


def commands_for(
    wish: Wish, current: SpotifyPlayback, *, now: float, expires: float, music_first: bool = False
) -> list[SpotifyCommand]:
    """The wish's commands in the order in which they are due. now, expires: on the player's clock.

    music_first: volume, shuffle and repeat follow the music, since it may be refused.
    """
    own = current.speaker if current.on_own_speaker else None
    volume = own.volume if own is not None else None
    settable = own is None or own.volume_settable
    if wish.act is Act.PLAY and wish.music is not None:
        if wish.continues is not None:
            go_on = _go_on(wish.music, wish.continues, current, now, expires)
            return _with_settings(wish, current, _with_volume(go_on, wish.volume, volume))
        song = single_song(wish.music)
        if song is not None and wish.when is When.QUEUE and current.on_own_speaker and current.loaded:
            return [SpotifyCommand(Operation.QUEUE, now, expires, uri=song)]
        play = _play(wish.music, wish.offset, now, expires)
        if music_first:
            return _with_settings(wish, current, _with_volume(play, wish.volume, None), music_first=True)
        if wish.fade and settable and volume is not None and current.playing:
            return _with_settings(wish, current, _fade(play, volume, volume if wish.volume is None else wish.volume))
        return _with_settings(wish, current, _with_volume(play, wish.volume, volume))
    if wish.act is Act.VOLUME and wish.volume is not None:
        return _glide(volume, wish.volume, now, expires, wish.fade and settable)
    operation = _PLAIN_OPERATIONS.get(wish.act)
    if operation is None:
        return []
    command = SpotifyCommand(operation, now, expires)
    if operation is not Operation.RESUME:
        return [command]
    if wish.music is not None and not current.on_own_speaker:
        command = _transfer(wish.music, wish.offset, current, now, expires)
    return _with_settings(wish, current, _with_volume(command, wish.volume, volume))


def _play(music: Music, offset: int | None, now: float, expires: float) -> SpotifyCommand:
    if music.uris:
        songs = tuple(rotated(list(music.uris), offset)[:SONGS_MAX])
        return SpotifyCommand(Operation.PLAY, now, expires, uri=music.uri, uris=songs)
    takes_offset = music.uri.startswith(("spotify:playlist:", "spotify:album:"))
    return SpotifyCommand(Operation.PLAY, now, expires, uri=music.uri, offset=offset if takes_offset else None)


def _go_on(
    music: Music, continues: Continuation, current: SpotifyPlayback, now: float, expires: float
) -> SpotifyCommand:
    """Play on as the music plays on another speaker: that speaker's own playback if it is the account's."""
    away = current.speaker is not None and not current.on_own_speaker and current.loaded
    speaker = current.speaker.name if away and current.speaker is not None else None
    if speaker is not None and continues.speaker is not None and is_named(speaker, continues.speaker):
        return SpotifyCommand(Operation.TRANSFER, now, expires, uri=current.context or current.uri)
    play, song = _play(music, None, now, expires), continues.song
    if song is not None and song in (play.uris or (play.uri,)):
        uris = rotated(list(play.uris), play.uris.index(song)) if play.uris else ()
        return replace(play, uris=tuple(uris), position=continues.position)
    if song is not None and music.uri.startswith(("spotify:playlist:", "spotify:album:")) and not music.uris:
        return replace(play, song=song, position=continues.position)
    return play


def _transfer(music: Music, offset: int | None, current: SpotifyPlayback, now: float, expires: float) -> SpotifyCommand:
    """Continue on the own speaker what another one plays or has paused; start music that isn't loaded anywhere."""
    transfer = SpotifyCommand(Operation.TRANSFER, now, expires, uri=music.uri, uris=music.uris)
    if transfer.music_in(current) or current.elsewhere:
        return transfer
    return _play(music, offset, now, expires)


def _with_settings(
    wish: Wish, current: SpotifyPlayback, commands: list[SpotifyCommand], *, music_first: bool = False
) -> list[SpotifyCommand]:
    """Add shuffle and repeat: before the music if the own speaker is active, else or with `music_first` after it."""
    first, last, own = commands[0], commands[-1], current.on_own_speaker
    settings: list[SpotifyCommand] = []
    if wish.shuffle is not None and not (own and current.shuffle == wish.shuffle):
        settings.append(
            SpotifyCommand(Operation.SHUFFLE, first.due, first.expires, optional=True, shuffle=wish.shuffle)
        )
    if wish.repeat is not None and not (own and current.repeat == wish.repeat):
        settings.append(SpotifyCommand(Operation.REPEAT, first.due, first.expires, optional=True, repeat=wish.repeat))
    if not own or music_first:
        due = last.due + COMMAND_GAP_S
        return commands + [replace(command, due=due, expires=command.expires + COMMAND_GAP_S) for command in settings]
    if settings and first.operation is not Operation.VOLUME:
        # A volume command at the beginning already leaves a gap before the music.
        commands = [replace(command, due=command.due + COMMAND_GAP_S) for command in commands]
    return settings + commands


def _with_volume(command: SpotifyCommand, target: int | None, volume: int | None) -> list[SpotifyCommand]:
    """Add a volume command: before the music if it gets quieter, after it if it gets louder."""
    if target is None:
        return [command]
    set_volume = SpotifyCommand(Operation.VOLUME, command.due, command.expires, volume=target, optional=True)
    if volume is not None and target < volume:
        return [set_volume, replace(command, due=command.due + COMMAND_GAP_S)]
    due, expires = command.due + COMMAND_GAP_S, command.expires + COMMAND_GAP_S
    return [command, replace(set_volume, due=due, expires=expires)]


def _fade(play: SpotifyCommand, volume: int, target: int) -> list[SpotifyCommand]:
    def step(due: float, expires: float, percent: float) -> SpotifyCommand:
        return SpotifyCommand(Operation.VOLUME, due, expires, volume=round(percent), optional=True, fade_end=target)

    commands, due = [], play.due
    for share in FADE_OUT_SHARES:
        commands.append(step(due, play.expires, volume * share))
        due += FADE_STEP_S
    commands.append(replace(play, due=due))
    for share in FADE_IN_SHARES:
        due += COMMAND_GAP_S
        commands.append(step(due, play.expires + FADE_IN_EXPIRES_S, target * share))
    return commands


def _glide(volume: int | None, target: int, now: float, expires: float, fade: bool) -> list[SpotifyCommand]:
    if not fade or volume is None or abs(target - volume) < 2 * GLIDE_STEPS:
        return [SpotifyCommand(Operation.VOLUME, now, expires, volume=target)]
    return [
        SpotifyCommand(
            Operation.VOLUME,
            now + FADE_STEP_S * (n - 1),
            expires,
            volume=volume + round((target - volume) * n / GLIDE_STEPS),
        )
        for n in range(1, GLIDE_STEPS + 1)
    ]
