import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import * as z from "zod/mini";
import { defineTexts } from "../base/locale.ts";
import { useTexts } from "../ui/use-texts.ts";
import { Hex } from "../ui/values.tsx";

const TEXTS = defineTexts({
  en: {
    build: "SHA-256 of these pages, as their host lists them:",
    compare: "equal sources make equal pages, so anyone can compare.",
  },
  de: {
    build: "SHA-256 dieser Seiten, wie ihr Host sie auflistet:",
    compare: "Gleiche Quellen ergeben gleiche Seiten, also kann es jeder vergleichen.",
  },
});
const listSchema = z.object({ build: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });

/** Which build the pages are, by the list beside them; nothing where the host has none. */
export function BuildHash(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { data } = useQuery({
    queryKey: ["files.json"],
    queryFn: async () => {
      const answer = await fetch(new URL("files.json", document.baseURI));
      return answer.ok ? listSchema.parse(await answer.json()).build : null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data == null) return null;
  return (
    <p className="mt-5 text-xs text-soft" data-build={data}>
      {texts.build} <Hex value={data} isWhole />; {texts.compare}
    </p>
  );
}
