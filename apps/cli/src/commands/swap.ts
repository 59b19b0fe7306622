import { writeFileSync } from "node:fs";
import { offerToJson, swapTerms } from "@cairn/sdk";
import type { Command } from "commander";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { table } from "../output.ts";
import { addFeeOptions } from "../payments/fees.ts";
import { findSender, openSigning } from "../payments/session.ts";
import { addAgainOption, type SubmitFlags, submitAndReport } from "../payments/submit.ts";
import { accept, describeTerms, offerTo, parseDeal, readOffer, type SwapOptions } from "../payments/swaps.ts";
import { addValidityOption } from "../payments/validity.ts";
import { addWaitOptions } from "../payments/waiting.ts";

/** `cairn swap`: two transfers that run together or not at all. */
export function addSwapCommand({ program, run }: Host): void {
  const swap = program.command("swap").description("exchange two tokens with someone, both transfers or none");
  const signing = (name: string, text: string): Command =>
    addNetworkOptions(addKeyOptions(addValidityOption(addFeeOptions(swap.command(name).description(text)))));
  const withSums = (command: Command): Command =>
    command
      .argument("<give-amount>", "what you give")
      .argument("<give-token>", "its token")
      .argument("<get-amount>", "what you get")
      .argument("<get-token>", "its token");

  const offer = withSums(signing("offer", "sign an offer to someone"))
    .argument("<taker>", "payment code, owner's address, or the account that pays")
    .option("--out <file>", "write the offer to a file; default: stdout");
  addExamples(offer, "cairn swap offer 0.1 ETH 300 USD cairn1… --out offer.json");
  run(offer, async (context, options: SwapOptions & { readonly out?: string }, ...args: Five) => {
    const [giveAmount, giveToken, getAmount, getToken, taker] = args;
    const deal = await parseDeal(context.network(), [giveAmount, giveToken, getAmount, getToken]);
    const made = await offerTo(await openSigning(context), deal, taker, options);
    const json = offerToJson(made);
    const terms = swapTerms(made);
    const text = JSON.stringify(json, null, 2);
    if (options.out === undefined) return { data: { offer: json, terms, file: null }, text };
    writeFileSync(options.out, `${text}\n`);
    const rows = [...(await describeTerms(context.network(), terms)), ["offer", options.out]];
    return { data: { offer: json, terms, file: options.out }, text: table(rows) };
  });

  const show = addNetworkOptions(swap.command("show").description("show the terms of an offer"));
  show.argument("<file>", "the offer, - for stdin");
  addExamples(show, "cairn swap show offer.json");
  run(show, async (context, _options, file: string) => {
    const found = readOffer(file);
    const terms = swapTerms(found);
    const { chainId, rollup } = found.domain;
    const rows = [
      ...(await describeTerms(context.network(), terms)),
      ["maker's account", String(found.maker.transaction.from)],
      ["taker's account", String(found.taker.from)],
      ["holds until", new Date(found.maker.transaction.validUntil * 1000).toISOString()],
    ];
    const rollupHex = `0x${rollup.toString(16).padStart(40, "0")}`;
    return {
      data: { chainId, rollup: rollupHex, terms, validUntil: found.maker.transaction.validUntil },
      text: table(rows),
    };
  });

  const take = signing("accept", "accept an offer if it has these terms, and submit both sides").argument(
    "<file>",
    "the offer, - for stdin",
  );
  addWaitOptions(withSums(markSending(addAgainOption(take))));
  addExamples(take, "cairn swap accept offer.json 300 USD 0.1 ETH --wait confirmed");
  run(take, async (context, options: SwapOptions & SubmitFlags, file: string, ...sums: Four) => {
    const found = readOffer(file);
    const deal = await parseDeal(context.network(), sums);
    const session = await openSigning(context);
    const request = { command: "swap accept", sums: sums.join(" "), offer: JSON.stringify(offerToJson(found)) };
    return submitAndReport(context, session, request, () => accept(session, found, deal, options), options);
  });

  const direct = withSums(signing("direct", "swap between two keys of your own, as on a devnet")).requiredOption(
    "--with <name>",
    "key of the other side",
  );
  addWaitOptions(markSending(addAgainOption(direct)));
  addExamples(direct, "cairn swap direct 0.1 ETH 300 USD --key alice --with bob");
  run(direct, async (context, options: SwapOptions & SubmitFlags & { readonly with: string }, ...sums: Four) => {
    const deal = await parseDeal(context.network(), sums);
    const [maker, taker] = [await openSigning(context), await openSigning(context, options.with)];
    if (maker.identity.name === taker.identity.name) throw cliError("cli/usage", "--key and --with are the same key");
    const request = { command: "swap direct", sums: sums.join(" "), maker: maker.wallet.key };
    const sign = async () => {
      const from = await findSender(taker, deal.receive.token);
      const made = await offerTo(maker, deal, String(from.index), options);
      const { give, receive } = deal;
      return accept(taker, made, { give: receive, receive: give }, {});
    };
    return submitAndReport(context, taker, request, sign, options);
  });
}

type Four = readonly [giveAmount: string, giveToken: string, getAmount: string, getToken: string];
type Five = readonly [...Four, taker: string];
