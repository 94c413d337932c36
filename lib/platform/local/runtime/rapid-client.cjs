// @ts-nocheck: it reaches into the loader of CommonJS modules, which has no public types.
// Stand-in for the native addon of aws-lambda-ric (`rapid-client.node`), which needs a C++ toolchain to build.
// Loaded with `node --require` before the runtime client; it answers that one `require` with the same three functions,
// spoken over node:http. CommonJS because `--require` and the client's own `require` are.
const http = require('node:http');
const Module = require('node:module');

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, noDelay: true });

const call = (method, path, body, headers = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, method, path: `/2018-06-01/runtime/${path}`, agent, headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode < 300)
            resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers });
          else reject(new Error(`Runtime API answered ${response.statusCode} to ${method} ${path}`));
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });

// The native client posts synchronously; here the next `next` waits for the post instead.
let posted = Promise.resolve();
const post = (path, body, headers) => {
  posted = call('POST', path, body, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  // `next` reports the failure; without this it would also be an unhandled rejection.
  posted.catch(() => {});
};

const client = {
  next: async () => {
    await posted;
    return call('GET', 'invocation/next');
  },
  done: (id, body) => post(`invocation/${id}/response`, body),
  error: (id, body, xray) =>
    post(`invocation/${id}/error`, body, {
      'Lambda-Runtime-Function-XRay-Error-Cause': Buffer.from(xray).toString('base64'),
    }),
};

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === './rapid-client.node' ? client : load.call(this, request, ...rest);
};

// Standard input is a pipe held by the process that started us: its end means that nobody is left to answer to.
process.stdin.on('end', () => process.exit(1));
process.stdin.on('error', () => process.exit(1));
process.stdin.resume();
process.stdin.unref();
