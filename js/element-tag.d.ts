declare global {
  interface HTMLElementTagNameMap {
    "rangeload-link": import("./element.js").RangeloadLink;
  }
}

export {};
