# hubbub as a container, to load a server from another machine, say.
#
#   docker build -t hubbub .
#   docker run --rm -v "$PWD/results:/work/results" hubbub load ws://chat.example/ -u 500
#
# A server on this machine is reached with --network host. Where your user is not 1000, add --user "$(id -u)".

FROM python:3.13-slim AS build
COPY . /src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist /src

FROM python:3.13-slim
COPY --from=build /dist /dist
COPY constraints.txt /dist/
RUN pip install --no-cache-dir --constraint /dist/constraints.txt /dist/*.whl
RUN useradd --uid 1000 --create-home hubbub && install --directory --owner hubbub /work /work/results
USER hubbub
WORKDIR /work
EXPOSE 8765 8089
ENTRYPOINT ["hubbub"]
CMD ["--help"]
