# syntax=docker/dockerfile:1
# One image for all processes. The command selects the process:
#   docker build -t teravoz-gateway .
#   docker run --env-file .env -p 3333:8080 teravoz-gateway node services/ingest/src/main.ts
# Node runs TypeScript directly, by type stripping. Only the page is built.

FROM node:24-bookworm-slim AS workspace
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# the version of pnpm that wrote the lockfile; `with current` below keeps pnpm from downloading it again
RUN --mount=type=cache,target=/root/.npm \
    npm install --global "$(node --print 'require("./package.json").packageManager')"
# only the manifests: the installed packages stay cached until a manifest changes
COPY schemas/package.json schemas/
COPY packages/dead-letters/package.json packages/dead-letters/
COPY packages/domain/package.json packages/domain/
COPY packages/kafka/package.json packages/kafka/
COPY packages/protocol/package.json packages/protocol/
COPY packages/runtime/package.json packages/runtime/
COPY packages/spool/package.json packages/spool/
COPY packages/store/package.json packages/store/
COPY services/board/package.json services/board/
COPY services/ingest/package.json services/ingest/
COPY services/projector/package.json services/projector/
COPY services/realtime/package.json services/realtime/

FROM workspace AS production
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm with current install --frozen-lockfile --prod --filter "{./services/*}..." --filter "!@teravoz/board"

FROM workspace AS page
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm with current install --frozen-lockfile --filter @teravoz/board
COPY tsconfig.json ./
COPY packages/domain packages/domain
COPY packages/protocol packages/protocol
COPY services/board services/board
RUN cd services/board && node_modules/.bin/vite build

FROM node:24-bookworm-slim
# every process listens on 8080 in its container, regardless of its port on a host
ENV NODE_ENV=production PORT=8080
WORKDIR /app
COPY --from=production /app ./
COPY schemas schemas
COPY packages packages
COPY services services
COPY --from=page /app/services/board/dist services/board/dist
# mount point for the volume of SPOOL_DIR; the volume inherits its owner
RUN install --directory --owner=node --group=node --mode=700 /spool
USER node
EXPOSE 8080
# readiness, not only liveness: services that wait for this container need one that can do its job
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/ingest/src/main.ts"]
