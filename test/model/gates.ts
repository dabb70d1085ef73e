// Where work waits for its turn: before every look into the store and around every word to the outside. Whoever drives
// the model opens one gate at a time, so a schedule is a list of choices and nothing else decides what comes first.

interface Gate {
  node: string;
  /** What the work is about to do. */
  label: string;
  open(): void;
  refuse(error: Error): void;
}

export class Gates {
  #waiting: Gate[] = [];
  readonly #stopped = new Set<string>();
  readonly #dead = new Set<string>();

  /** Resolves when it is chosen; never, when its node has died. */
  pass(node: string, label: string): Promise<void> {
    return new Promise((open, refuse) => {
      if (!this.#dead.has(node)) this.#waiting.push({ node, label, open, refuse });
    });
  }

  get count(): number {
    return this.#runnable().length;
  }

  /** Opens the gate that `choice` points to and returns what goes on; undefined when none can be opened. */
  open(choice: number): string | undefined {
    const gate = this.#take(choice);
    gate?.open();
    return gate && `${gate.node} ${gate.label}`;
  }

  /** The store does not take what this one wants to do. */
  refuse(choice: number): string | undefined {
    const stores = this.#runnable().filter(({ label }) => label.startsWith('store'));
    const gate = stores[choice % Math.max(stores.length, 1)];
    if (!gate) return undefined;
    this.#waiting = this.#waiting.filter((one) => one !== gate);
    gate.refuse(Object.assign(new Error('the store is away'), { code: 'STORE_BUSY' }));
    return `${gate.node} ${gate.label}`;
  }

  /** A process that is stopped does nothing until `resume`. */
  stop(node: string): void {
    this.#stopped.add(node);
  }

  resume(node: string): void {
    this.#stopped.delete(node);
  }

  isStopped(node: string): boolean {
    return this.#stopped.has(node);
  }

  /** Nothing of this node ever goes on. */
  kill(node: string): void {
    this.#dead.add(node);
    this.#waiting = this.#waiting.filter((gate) => gate.node !== node);
  }

  #take(choice: number): Gate | undefined {
    const gates = this.#runnable();
    const gate = gates[choice % Math.max(gates.length, 1)];
    this.#waiting = this.#waiting.filter((one) => one !== gate);
    return gate;
  }

  #runnable(): Gate[] {
    return this.#waiting.filter(({ node }) => !this.#stopped.has(node));
  }
}
