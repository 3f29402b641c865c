// What was chosen in a step and isn't written yet: this browser keeps it over a reload and a power cut.
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// step: its name. written: what the settings have, by name. Each part counts only for the settings that it was made from.
export function draftOf(step, written) {
  const key = `draft-${step}`;

  function forget() {
    try {
      localStorage.removeItem(key);
    } catch {
      // Storage is switched off.
    }
  }

  return {
    forget,
    // What is kept, by name; {} for nothing.
    kept() {
      try {
        const { from, to } = JSON.parse(localStorage.getItem(key)) || { from: {}, to: {} };
        return Object.fromEntries(Object.entries(to).filter(([name]) => same(from[name], written[name])));
      } catch {
        return {};
      }
    },
    // Keeps what differs from the settings. now: by name.
    keep(now) {
      const names = Object.keys(now).filter((name) => !same(now[name], written[name]));
      if (names.length === 0) {
        forget();
        return;
      }
      const pick = (values) => Object.fromEntries(names.map((name) => [name, values[name]]));
      try {
        localStorage.setItem(key, JSON.stringify({ from: pick(written), to: pick(now) }));
      } catch {
        // Storage is full, or switched off.
      }
    },
  };
}
