# The engine alone, as a user without rights, on a file system that may be read-only: all that changes is in /data.
# The same lines run in a plain shell by test/operations/docker.test.ts.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY engine/package.json engine/
# `npm ci` would refuse: the lock file leaves out optional packages that some registries do not carry.
# The only optional packages are other ways to get Node 24, which this image has.
RUN npm install --workspace=@recado/engine --ignore-scripts --no-save --no-audit --no-fund --no-progress --engine-strict=false --omit=dev --omit=optional
RUN mkdir /data

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=8090
WORKDIR /app
COPY --from=packages /app ./
COPY LICENSE NOTICE ./
COPY engine/src engine/src
COPY engine/bin engine/bin
# A volume takes over who owns the folder, so that the engine may write to it.
COPY --from=packages --chown=1000:1000 /data /data
VOLUME /data
# The user `node` of the base image, as a number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 8090
# The engine drains: live calls go on for up to DRAIN_SECONDS. Give it longer than that before it is killed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "engine/src/main.ts"]
