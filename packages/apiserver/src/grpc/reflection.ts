import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { SERVICES, STREAM_SERVICES } from "@heliostat/proto";

/** Let clients such as grpcurl ask what there is, in both versions of the protocol. */
export function addReflection(server: Server): void {
  const all = [...Object.values(SERVICES), ...Object.values(STREAM_SERVICES)];
  const files = new Set(all.flatMap(({ file }) => withDependencies(file)));
  const fileDescriptorProtos = [...files].map((file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)),
  );
  // The package takes what proto-loader makes of files, and reads nothing of it but the descriptors.
  const loaded = { proto: { format: "Protocol Buffer 3 DescriptorProto", type: {}, fileDescriptorProtos } };
  new ReflectionService(loaded as unknown as ConstructorParameters<typeof ReflectionService>[0], {
    services: all.map(({ typeName }) => typeName),
  }).addToServer(server);
}

function withDependencies(file: DescFile): readonly DescFile[] {
  return [...file.dependencies.flatMap(withDependencies), file];
}
