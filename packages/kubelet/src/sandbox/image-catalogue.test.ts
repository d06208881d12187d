import { describe, expect, it } from "vitest";
import { imageCatalogue, repositoryOf } from "./image-catalogue.ts";
import { imageCatalogueFile } from "./image-catalogue-file.ts";

const ray = { folder: "/venv", binFolder: "/venv/bin", version: "2.58.0" };
const FILE = "~/.config/heliostat/images.yaml";
const catalogue = imageCatalogue({ ray, python: "/usr/bin/python3", file: FILE });

describe("repositoryOf()", () => {
  it.each([
    ["rayproject/ray:2.52.0-py310", "rayproject/ray"],
    ["docker.io/rayproject/ray:2.52.0", "rayproject/ray"],
    ["localhost:5000/team/app@sha256:00ff", "team/app"],
    ["quay.io:443/a/b/c", "a/b/c"],
    ["docker.io/library/busybox", "busybox"],
    ["busybox:1.36", "busybox"],
  ])("of %s is %s", (image, repository) => {
    expect(repositoryOf(image)).toBe(repository);
  });
});

describe("imageCatalogue()", () => {
  it.each([
    "rayproject/ray:2.52.0-py310",
    "docker.io/rayproject/ray:nightly",
    "quay.io/rayproject/ray-ml:2.9.0-gpu",
    "rayproject/ray",
    "ray.io/ray:1.9.2",
  ])("stands in for %s with the installed Ray, and says so", (image) => {
    const resolved = catalogue.resolve(image);
    expect(resolved?.description).toBe(`Ray 2.58.0 of /venv stands in for ${image}`);
    expect(resolved?.env["PATH"]).toMatch(/^\/venv\/bin:/);
    expect(resolved?.env["RAY_USAGE_STATS_ENABLED"]).toBe("0");
    expect(resolved?.workingDir).toBe("/home/ray");
  });

  it("lends the machine's shell and Python to the images that are little more", () => {
    expect(catalogue.resolve("busybox:1.28")).toMatchObject({ entrypoint: [], cmd: ["sh"] });
    expect(catalogue.resolve("ubuntu")?.cmd).toEqual(["bash"]);
    expect(catalogue.resolve("python:3.12-slim")?.cmd).toEqual(["/usr/bin/python3"]);
  });

  it("lends the machine's Redis, if it has one, to images of Redis", () => {
    expect(catalogue.resolve("redis:7.4.0")).toBeUndefined();
    const withRedis = imageCatalogue({ redis: "/usr/bin/redis-server", file: FILE });
    const resolved = withRedis.resolve("docker.io/library/redis:7.4.0");
    expect(resolved?.description).toContain("the Redis /usr/bin/redis-server stands in for");
    expect(resolved?.entrypoint.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(resolved?.workingDir).toBe("/data");
  });

  it("covers no image whose name only begins alike", () => {
    for (const image of ["rayproject/raydium", "pythonista/app", "busyboxes", "example.com/nginx"]) {
      expect(catalogue.resolve(image)).toBeUndefined();
    }
  });

  it("explains what the user can do about an unknown image", () => {
    expect(catalogue.explain("nginx:1.27")).toBe(
      `Cannot run image "nginx:1.27": images are not pulled, and none of those known stands in for it; name one in ${FILE}`,
    );
    expect(imageCatalogue({ file: FILE }).explain("rayproject/ray:2.9")).toContain("no Ray is installed");
  });

  it("lets the user's file win over what is built in, and the longer prefix over the shorter", () => {
    const images = [
      { prefix: "rayproject/ray", standIn: "ray", env: { STAGE: "laptop" } },
      { prefix: "registry.corp/team/app", standIn: "/opt/app/bin/python", workingDir: "/app" },
      { prefix: "registry.corp/team", standIn: "ray", entrypoint: ["bash", "-c"] },
    ];
    const added = imageCatalogueFile({ images }, FILE, { ray });
    const extended = imageCatalogue({ ray, added, file: FILE });
    expect(extended.resolve("rayproject/ray:2.9")?.env).toMatchObject({ STAGE: "laptop", HOME: "/home/ray" });
    expect(extended.resolve("registry.corp/team/app:1")).toMatchObject({
      entrypoint: [],
      cmd: ["/opt/app/bin/python"],
      workingDir: "/app",
    });
    expect(extended.resolve("registry.corp/team/other:1")).toMatchObject({
      entrypoint: ["bash", "-c"],
      cmd: [],
    });
  });
});

describe("imageCatalogueFile()", () => {
  it.each([
    [[], '"images" must be a list'],
    [{ images: ["x"] }, "images[0] must be a mapping"],
    [{ images: [{ standIn: "ray" }] }, "images[0].prefix must name a repository"],
    [{ images: [{ prefix: "a", standIn: "dask" }] }, 'images[0].standIn must be "ray" or the path'],
    [{ images: [{ prefix: "a", standIn: "ray" }] }, "no Ray is installed"],
    [{ images: [{ prefix: "a", standIn: "/p", tag: "1" }] }, "images[0].tag is unknown"],
    [{ images: [{ prefix: "a", standIn: "/p", entrypoint: "sh" }] }, ".entrypoint must be a list"],
    [{ images: [{ prefix: "a", standIn: "/p", workingDir: "app" }] }, ".workingDir must be an absolute path"],
    [{ images: [{ prefix: "a", standIn: "/p", env: { N: 1 } }] }, ".env must map names to text"],
  ])("names what is wrong with %j", (parsed, why) => {
    expect(() => imageCatalogueFile(parsed, FILE, {})).toThrow(`Cannot read image catalogue "${FILE}"`);
    expect(() => imageCatalogueFile(parsed, FILE, {})).toThrow(why);
  });
});
