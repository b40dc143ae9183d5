import { download, downloads } from "rangeload";
import { file, run, show } from "./page.js";

run({ download, downloads }, file(), show);
