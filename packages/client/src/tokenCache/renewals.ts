/** What renews the tokens of one owner: the application itself, a user, or a caller of an API. */
export interface Renewal {
  readonly owner: string;
  /** Tells its flights from those that were under way when the owner's tokens were forgotten. */
  readonly id: number;
  /** Whether the tokens were forgotten meanwhile: what arrives after that is not kept. */
  isDiscarded: boolean;
  /** The owners who were removed since the last call joined it: for a refresh token whose user the response names. */
  readonly removed: Set<string>;
  flights: number;
  /** Ends with the last redemption that was begun; `undefined` before the first. */
  lastTurn: Promise<unknown> | undefined;
  /** The refresh token of the newest answer. */
  newest: string | undefined;
}

/** The renewals under way, so that none brings back what was removed meanwhile. */
export interface Renewals {
  /** The owner's renewal that is under way, or a new one. */
  of(owner: string): Renewal;
  /** A flight begins its work as part of a renewal. */
  begin(renewal: Renewal): void;
  /** A flight of a renewal has ended. */
  end(renewal: Renewal): void;
  /** An owner's tokens are forgotten; without an owner, everybody's. */
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
