"use client";

import { download, downloads } from "rangeload";
import { useEffect } from "react";
import { file, run, show } from "../src/page.js";

export default function Page() {
  useEffect(() => {
    run({ download, downloads }, file(), show);
  }, []);
  return null;
}
