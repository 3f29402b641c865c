// Whether the speaker's player can play what was chosen.
const PLAYS = {
  mpd: ["mpd:", "library:"], spotify: ["spotify:", "library:"], go_librespot: ["spotify:", "library:"],
  music_assistant: ["ma:", "spotify:", "library:"],
};
const NOTHING = "nothing";

// choice: {play}, an address, a list of songs, or nothing. player: music.player; auto plays what is there.
export function playable({ play }, player) {
  const kinds = PLAYS[player];
  const addresses = Array.isArray(play) ? play : [play];
  return !kinds || addresses.some((one) => one === NOTHING || kinds.some((kind) => one.startsWith(kind)));
}

// The profiles without what can't be played.
export function onlyPlayable(profiles, player) {
  const of = (moods) => Object.fromEntries(
    Object.entries(moods).map(([mood, choices]) => [mood, choices.filter((one) => playable(one, player))]),
  );
  return Object.fromEntries(Object.entries(profiles).map(([name, moods]) => [name, of(moods)]));
}
