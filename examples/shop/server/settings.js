import { isAddress, isHex } from "viem";

/** @typedef {ReturnType<typeof readSettings>} Settings */

/**
 * What the environment says; secrets come from nowhere else.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function readSettings(env) {
  /** @param {string} name @param {string} [preset] */
  const text = (name, preset) => {
    const value = env[name] || preset;
    if (value === undefined) throw new TypeError(`set ${name}`);
    return value;
  };
  /** @param {string} name */
  const key = (name) => {
    const value = text(name);
    // The value itself stays out of the message, and so out of logs.
    if (!isHex(value) || value.length !== 66) throw new TypeError(`${name} is not 0x and 64 hex digits`);
    return value;
  };
  /** @param {string} name @param {string} [preset] */
  const count = (name, preset) => {
    const value = text(name, preset);
    if (!/^[0-9]{1,8}$/.test(value)) throw new TypeError(`${name} is a whole number`);
    return Number(value);
  };
  const rollup = text("SHOP_ROLLUP");
  if (!isAddress(rollup)) throw new TypeError("SHOP_ROLLUP is not an address");
  return {
    rollup,
    rpc: text("SHOP_RPC", "http://127.0.0.1:8545"),
    node: text("SHOP_NODE", "http://127.0.0.1:8080"),
    /** Where customers' pages find it. */
    publicNode: text("SHOP_PUBLIC_NODE", env.SHOP_NODE || "http://127.0.0.1:8080"),
    /** Owns the shop's money on L2 and is paid its withdrawals. */
    l1Key: key("SHOP_L1_KEY"),
    /** Signs on L2. */
    l2Key: key("SHOP_L2_KEY"),
    /** With which the node lets the shop make a webhook. */
    webhookToken: text("SHOP_WEBHOOK_TOKEN"),
    /** With which the shop's own people ship and refund. */
    adminToken: text("SHOP_ADMIN_TOKEN"),
    /** Contract of the token of all prices, or ETH. */
    token: text("SHOP_TOKEN", "ETH"),
    /** Folder of orders and requests. Back it up. */
    data: text("SHOP_DATA", "data"),
    port: count("SHOP_PORT", "3000"),
    /** Where the node finds the shop. */
    url: text("SHOP_URL", "http://127.0.0.1:3000"),
    /** How long an order can be paid, and how long after that it is closed. */
    orderSeconds: count("SHOP_ORDER_SECONDS", "900"),
    graceSeconds: count("SHOP_GRACE_SECONDS", "120"),
  };
}
