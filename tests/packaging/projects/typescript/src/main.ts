import { download, downloads, type Download, type DownloadOptions } from "rangeload";
import { file, run, show, type Status } from "./page.js";

const options: DownloadOptions = { storage: "auto" };

function begin(url: string): Download {
  return download(url, options);
}

run({ download: begin, downloads }, file(), (status: Status) => show(status));
