# One image for every node. Build: docker build -t openlaunch .
FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build \
 # Downloads the media worker, or builds it (as root, it installs what that needs).
 && XDG_CACHE_HOME=/app/.cache node sfu/worker/prepare.ts \
 # The image brings its own Node, so the platform packages of Node go; so does what only development needs.
 && npm prune --omit=dev \
 && rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-bin-* node_modules/node-win-*

FROM node:26-bookworm-slim
# The libraries that a worker built from source is linked to; the downloaded one needs none of them.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libuv1 libssl3 libsrtp2-1 libabsl20220623 tini \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data XDG_CACHE_HOME=/app/.cache
WORKDIR /app
COPY --from=build --chown=node:node /app ./
# A new volume takes over the owner of the directory it is mounted on.
RUN mkdir /data /attachments && chown node:node /data /attachments
USER node
VOLUME /data
EXPOSE 3000/tcp 20000-20100/tcp 20000-20100/udp
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["tini", "--"]
CMD ["node", "server/main.ts"]
