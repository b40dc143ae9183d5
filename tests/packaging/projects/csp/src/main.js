// Without an import map: the policy forbids scripts that stand in the page.
import { download, downloads } from "../node_modules/rangeload/index.js";
import { file, run, show } from "./page.js";

run({ download, downloads }, file(), show);
