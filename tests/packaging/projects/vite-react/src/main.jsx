import "rangeload/element";
import { downloads } from "rangeload";
import { useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
import { file, follow } from "./page.js";

function Link({ id, connections }) {
  const link = useRef(null);
  const heard = useRef(0);
  useEffect(() => void follow(link.current, downloads, () => heard.current), []);
  return (
    <rangeload-link ref={link} download-id={id} connections={connections} onstatechange={() => (heard.current += 1)}>
      <a href={file()} download>
        the file
      </a>
    </rangeload-link>
  );
}

createRoot(document.getElementById("app")).render(<Link id="bound" connections={2} />);
