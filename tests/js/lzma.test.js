import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../js/lzma.js";

/** Packed by XZ Utils: `xz --format=lzma --lzma1=preset=9e,lc=3,lp=0,pb=0`, with the size put in. */
const PACKED = {
  empty: "AwAAAAQAAAAAAAAAAACD//v//8AAAAA=",
  sentence: "AwAAAAQnAAAAAAAAAAA6HJ5nLvjofY6xyFI7wGB5Qx/wt6E/hExNQ6tsf/+UWAAA",
  zeros: "AwAAAASIEwAAAAAAAAAAcH39/66QoUATvVM2nbQYY2uh7nH35o1xxVePD//+oXAA",
  squares:
    "AwAAAAQDGAAAAAAAAAAYCErzpzouZhQmuXnYce7Q7ufdfxctJx213GysIVnsgHT4kTzK4gHE3cA4aM0OHs/s3Unz+XvUsFJ7mJXh" +
    "wE5X5Uj+ecG39GzKKiw1g1enkM812znx+WD9ZL/N2VzjPsAIyq7dTGgpIonTiiGrVBvOxUULI3HIjgZyedjjWq19zITq5v16t1pk" +
    "JsLQM0zkirQAnlJipETWL2O46pzoXHaf+hzpj+jvK7xt0xpB/Z0T/1GbNCapk1006WyC8inUqIxHmtUP4RWAqSs8jqfu6nDIf6i0" +
    "hL3GmMktyUr8IFmmHYczcY2sEBC9EjwvnysmzjyDNpPH8GJKsszWbcOsf8081gjOehTw40q1qsx8VThpbb3xxyPcR7bZDehMZtby" +
    "nEawku+VqJsXwUl70O9D3XHly1ekNxMsBqUWLXAo360OsagtXzGJqAx5nQK1W2UgvkyM3RpMxEC1RF6orgPLRnjfAQr0HKeVjkPA" +
    "LSQmsHVJqbW1g6V7GCiKeR7wa6AhUonjABLDSjdzSHZ73Z8Pf+lWVJTtVF3DvoNbcfX25xJJPXwagcad376Zl3K3g9zEc1n71cXm" +
    "+KvrL/mYM8XpK871IM6SCiTxCrALoIMhrLp/1a4X7c1nbQF/8oX4IVTP7GKFtwnzI7NLvFwZp98o0CHxWM/9dZSk82wchZVrl0n5" +
    "7bQAvjON4lnI6grgaBdHWUA2rLftHd5aSBepiSMQouuZYwaiA3gCiq3bgUaXXQaeVi+6O6SuV6npAotKI2hU4FngP/mdmHTApTNw" +
    "mg0jfev6wItodbkBLlUA/ZjAuOGe9k3NUU5yp6xzXWXd6RPvz1iIAbAvEnm1aEGFGqjxWpHLn/0rjaqN0fos70DnE1O4JL4ze9IN" +
    "0Zk6myxul8fsn/7jEi5sIY2DMkXJVtzsRP7KUDKiAXt95fNzi1kZ7GVRjAfUfNz+2X0SUCn+jc+NvDERn0s2FqGk7xMgBwQxev/f" +
    "oNKarB4X5TCrQ5w92Kb7/ytdNgA=",
};

/** @param {keyof typeof PACKED} name */
function unpacked(name) {
  return Buffer.from(unpack(new Uint8Array(Buffer.from(PACKED[name], "base64")))).toString();
}

test("nothing comes of nothing", () => {
  assert.equal(unpacked("empty"), "");
});

test("literals and what repeats them come out in their order", () => {
  assert.equal(unpacked("sentence"), "to be, or not to be: to be or to be not");
});

test("a match may overlap what it makes", () => {
  assert.equal(unpacked("zeros"), "\0".repeat(5000));
});

test("far, near and repeated distances come out as they were", () => {
  const squares = Array.from(
    { length: 150 },
    (_, n) => `${(n * n) % 1009} is ${n}\u00b2 modulo 1009; ${"once more ".repeat(n % 4)}\n`,
  );
  assert.equal(unpacked("squares"), squares.join(""));
});
