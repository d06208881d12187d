import type { ServedResource } from "../registry/served-resource.ts";
import { type ComponentSchemas, componentSchemas } from "./component-schemas.ts";
import { type Paths, resourcePaths } from "./resource-paths.ts";

/** An OpenAPI v3 document of the part that clients of Kubernetes read. */
export interface OpenApiDocument {
  readonly openapi: "3.0.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Paths;
  readonly components: { readonly schemas: ComponentSchemas };
}

/** The document of one group version: the paths of its resources, and the schemas of all that they are made of. */
export function openApiDocument(resources: readonly ServedResource[]): OpenApiDocument {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1" },
    paths: Object.assign({}, ...resources.map(resourcePaths)) as Paths,
    components: { schemas: componentSchemas(resources) },
  };
}
