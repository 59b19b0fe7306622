import { type Account, type AccountIndex, accountIndex, MAX_ACCOUNTS } from "@cairn/protocol";

/** Read access to a state (spec 1.4); implemented by the state tree and its snapshots. */
export interface StateReader {
  /** Index the next new account takes, 64 … 2^24; 2^24 when the tree is full. */
  nextIndex(): number;
  /** The account at `index`, EMPTY_ACCOUNT where none was assigned. */
  getAccount(index: AccountIndex): Account;
}

/** A state that slots may change. */
export interface WorkingState extends StateReader {
  setAccount(index: AccountIndex, account: Account): void;
  /** Puts `account` at nextIndex, which grows by 1. Precondition: the tree is not full. */
  createAccount(account: Account): AccountIndex;
}

/** Changes on top of a state that stays untouched. */
export interface Overlay extends WorkingState {
  /** Accounts written so far, in order of first write. */
  readonly changes: ReadonlyMap<AccountIndex, Account>;
  /** Writes the changes into `target`, the state this overlay was made on. */
  mergeInto(target: WorkingState): void;
}

/** An overlay without changes on `base`. */
export function createOverlay(base: StateReader): Overlay {
  const changes = new Map<AccountIndex, Account>();
  const firstNewIndex = base.nextIndex();
  let nextIndex = firstNewIndex;
  return {
    changes,
    nextIndex: () => nextIndex,
    getAccount: (index) => changes.get(index) ?? base.getAccount(index),
    setAccount: (index, account) => {
      changes.set(index, account);
    },
    createAccount: (account) => {
      const index = accountIndex(nextIndex);
      changes.set(index, account);
      nextIndex++;
      return index;
    },
    mergeInto: (target) => {
      for (let index = firstNewIndex; index < nextIndex; index++) {
        const created = changes.get(accountIndex(index));
        if (created !== undefined) target.createAccount(created);
      }
      for (const [index, account] of changes) if (index < firstNewIndex) target.setAccount(index, account);
    },
  };
}

/** Whether no more accounts can be created. */
export function isTreeFull(state: StateReader): boolean {
  return state.nextIndex() >= MAX_ACCOUNTS;
}

/** The changed accounts that differ from `base`: what the tree has to update. */
export function netUpdates(base: StateReader, overlay: Overlay): ReadonlyMap<AccountIndex, Account> {
  const updates = new Map<AccountIndex, Account>();
  for (const [index, account] of overlay.changes) {
    if (!isSameAccount(base.getAccount(index), account)) updates.set(index, account);
  }
  return updates;
}

function isSameAccount(left: Account, right: Account): boolean {
  return (
    left.owner === right.owner &&
    left.tokenId === right.tokenId &&
    left.nonce === right.nonce &&
    left.ownerKey === right.ownerKey &&
    left.balance === right.balance &&
    left.key === right.key
  );
}
