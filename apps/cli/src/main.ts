#!/usr/bin/env node
import { Command } from "commander";
import { addDemoCommand } from "./demo/command.ts";

const program = new Command("cairn").description("Cairn, a ZK-rollup for Ethereum");
addDemoCommand(program);
await program.parseAsync();
