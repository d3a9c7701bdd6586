/** The renewal of one owner's tokens: the application, a user, or a caller of an API. */
export interface Renewal {
  readonly owner: string;
  /** Separates its requests from those that were in progress when the owner's tokens were removed. */
  readonly id: number;
  /** Whether the tokens have been removed: later responses are not cached. */
  isDiscarded: boolean;
  /** Owners removed since the last call joined: for a refresh token whose user only the response names. */
  readonly removed: Set<string>;
  flights: number;
  /** Settles with the last started redemption; `undefined` before the first. */
  lastTurn: Promise<unknown> | undefined;
  /** The refresh token of the latest response. */
  newest: string | undefined;
}

/** The renewals in progress, so that none restores what has been removed. */
export interface Renewals {
  /** The owner's renewal in progress, or a new one. */
  of(owner: string): Renewal;
  /** A request of a renewal has started. */
  begin(renewal: Renewal): void;
  /** A request of a renewal has ended. */
  end(renewal: Renewal): void;
  /** An owner's tokens have been removed; without an owner, everyone's. */
  discard(owner?: string): void;
}

/** A user as the owner of tokens. */
export function userOwner(environment: string, foldedHomeAccountId: string): string {
  return JSON.stringify(["user", environment, foldedHomeAccountId]);
}

export function createRenewals(): Renewals {
  const underWay = new Map<string, Renewal>();
  let count = 0;

  return {
    of(owner) {
      const current = underWay.get(owner);
      current?.removed.clear();
      return (
        current ?? {
          owner,
          id: ++count,
          isDiscarded: false,
          removed: new Set(),
          flights: 0,
          lastTurn: undefined,
          newest: undefined,
        }
      );
    },
    begin(renewal) {
      if (!renewal.isDiscarded) {
        underWay.set(renewal.owner, renewal);
      }
      renewal.flights++;
    },
    end(renewal) {
      const { owner } = renewal;
      if (--renewal.flights === 0 && underWay.get(owner) === renewal) {
        underWay.delete(owner);
      }
    },
    discard(owner) {
      if (owner !== undefined) {
        for (const { removed } of underWay.values()) {
          removed.add(owner);
        }
      }
      for (const renewal of owner === undefined ? [...underWay.values()] : [underWay.get(owner)]) {
        if (renewal === undefined) {
          continue;
        }
        renewal.isDiscarded = true;
        underWay.delete(renewal.owner);
      }
    },
  };
}
