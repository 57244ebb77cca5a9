// Serves folders on this machine, as a page with modules and WebAssembly needs it.
// usage: node serve.mjs FOLDER [PORT]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

// `mounts`: from the beginning of a path ("/" is all of them) to a folder, or from a whole path to a
// file; the longest counts.
// Returns {url, close}. Port 0 is any free one.
export async function serve(mounts, port = 0) {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const server = createServer(async ({ url }, response) => {
    let path = normalize(decodeURIComponent(url.split("?")[0]));
    if (path.endsWith("/")) path += "index.html";
    const prefix = prefixes.find((p) => path.startsWith(p));
    try {
      const body = await readFile(join(mounts[prefix], path.slice(prefix.length)));
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? "application/octet-stream",
        "content-length": body.length,
        "cache-control": "no-store",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.close(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port = "8000"] = process.argv.slice(2);
  const { url } = await serve({ "/": folder }, Number(port));
  console.log(url);
}
