interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/** Simulated time (ms): scheduled events in a binary heap. */
export class Timeline {
  now = 0;
  readonly #due: Due[] = [];

  at(at: number, happen: () => void): void {
    const due = this.#due;
    let n = due.length;
    const entry = { at: Math.max(at, this.now), happen };
    due.push(entry);
    while (n > 0) {
      const above = (n - 1) >> 1;
      const other = due[above];
      if (!other || other.at <= entry.at) break;
      due[n] = other;
      n = above;
    }
    due[n] = entry;
  }

  run(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.now = next.at;
      next.happen();
    }
  }

  #next(): Due | undefined {
    const due = this.#due;
    const [first] = due;
    const last = due.pop();
    if (!first || !last || due.length === 0) return first;
    let n = 0;
    for (;;) {
      let below = 2 * n + 1;
      const [left, right] = [due[below], due[below + 1]];
      if (left && right && right.at < left.at) below += 1;
      const other = due[below];
      if (!other || other.at >= last.at) break;
      due[n] = other;
      n = below;
    }
    due[n] = last;
    return first;
  }
}
